"""Parts of the main screen: each gets its data, announces by message, knows no sibling and no service."""
