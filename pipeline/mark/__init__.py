"""From a resolved document to a marked one: with the pages of the standard print edition, and with
answers in place for teachers."""
