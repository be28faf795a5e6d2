"""Settings, schedule, lock, log and health; hands each job its tools and knows no clinic policy."""
