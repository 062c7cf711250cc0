"""The security suite (安全测试): fuzzing, rules of the code, secrets, the table of risks."""
