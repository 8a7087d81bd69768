"""What speed and money are made of, as counts and as ratios against a baseline in the same run;
never as timed tests.
"""
