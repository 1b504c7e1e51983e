"""The side of a shared job that has it: asking for help, answering children, the project's way."""
