"""The dialer's providers: one folder or module each, behind one port."""
