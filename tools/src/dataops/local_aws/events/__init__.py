"""Events, schedules, queues' readers, topics and chat."""
