"""SendGrid's Account Provisioning API v3."""
