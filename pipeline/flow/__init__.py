"""The words of the flow, a function for each; what they hand on; and saving."""
