"""What the `guiyi` command does, one module per group of subcommands; each adds its parser and runs."""
