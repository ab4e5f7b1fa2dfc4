"""What an operator hands in: one reader for customers and changes in files, for lists of usernames, from every door.

Bytes go in; rows, and findings with line and column, come out. Nothing here knows where the bytes come from, asks
anybody, or sends anything. What a row means for a customer is compared with the list later (services/plan_checks.py).
"""
