"""Data of other departments compared with household files (数据比对): a finding opens a task, never a cut."""
