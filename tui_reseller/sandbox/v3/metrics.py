"""The sixteen metrics of statistics, and which of them a list can be sorted by (services 9.7)."""

METRICS = (
    "blocks", "bounce_drops", "bounces", "clicks", "deferred", "delivered", "invalid_emails", "opens", "processed",
    "requests", "spam_report_drops", "spam_reports", "unique_clicks", "unique_opens", "unsubscribe_drops",
    "unsubscribes",
)  # fmt: skip
SORTABLE = (
    "blocks", "bounces", "clicks", "delivered", "opens", "requests", "unique_clicks", "unique_opens", "unsubscribes",
)  # fmt: skip
