"""SendGrid v3 on the sandbox's own customers: Subusers, Account Provisioning, and calls on a customer's behalf.

Written from the official OpenAPI documents, and where these say nothing from what clients of the live service have seen
(services 9). A change made here is seen through `/apiv2` and back: `disabled` is the inverse of `active`.
"""
