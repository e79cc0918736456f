"""E-books: their pages, and the packages made of them."""
