"""A set of handouts for a class, one for each pupil on a list. Names of pupils are in its files
alone: not in what is kept between builds, nor in the manifest."""
