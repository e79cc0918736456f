"""The printed page: its dimensions, derived from the edition, the front matter and good proportions
(`proportions`), and the corresponding style rules (`rules`)."""
