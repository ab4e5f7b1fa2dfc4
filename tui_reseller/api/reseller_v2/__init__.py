"""SendGrid's Reseller API v2: endpoints, XML, verdicts, records, and the client."""
