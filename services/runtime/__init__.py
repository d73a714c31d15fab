"""What every service process shares: settings, server, queue, jobs, blob store, logs."""
