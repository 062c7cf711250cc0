"""访问日志: what was read and what was denied, by whom and from where; never what was in it."""
