"""Lists of leads as files: read in a child with limits, mapped, decided row by row, loaded in short transactions."""
