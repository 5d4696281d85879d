"""One index over all records: kept by triggers, asked within rights."""
