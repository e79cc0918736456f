"""Takes home what was changed in a Word file: changes of the text become changes of the source."""
