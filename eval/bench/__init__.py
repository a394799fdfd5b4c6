"""What the tool costs, measured as ratios in one run."""
