"""SendGrid's Subusers API v3."""
