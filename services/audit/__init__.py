"""审计: follows the four logs, checks them, and answers auditors; decides nothing."""
