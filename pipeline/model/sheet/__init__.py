"""The printed page: its dimensions, derived from the edition, the front matter and good proportions
(`proportions`). `pipeline.render.sheet_rules` writes them as styles."""
