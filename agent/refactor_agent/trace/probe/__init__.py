"""What is put on the import path of the traced program: a copy of this directory."""
