"""Where keys come from and sleep: memory, the operator's command, the OS keyring, the environment.

Here belongs all that handles a key on its way to or from its store, and the words for stores that cannot be used. Here
does not belong a file with a key in it that we wrote (there is none), or asking a person for a key.
"""
