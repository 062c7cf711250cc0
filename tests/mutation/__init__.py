"""变异测试: whether the tests notice when a rule, a decision or a fold is changed.

`make mutate` changes one thing at a time in the code that decides, and runs the tests that execute
it. A change that no test notices survives; `survivors.toml` says of each known one why it may.
"""
