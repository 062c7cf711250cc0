"""办理步骤: the life of a project, one small function per step, each by the body that acts.

Every function takes the story it is told in; amounts are strings in 元 (`"5,000,000.00"`).
"""
