"""Small widgets that Textual does not have in the form that is needed here."""
