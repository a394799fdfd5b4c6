"""Convert: carry out a planned attempt by rule, with libcst."""
