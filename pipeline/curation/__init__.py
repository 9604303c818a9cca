"""Photos kept good: reviewed, corrected, reported, collected, binned and taken down."""
