"""Tests of the zero-install run."""
