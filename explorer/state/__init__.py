"""What one tab looks at, and jobs. Knows no server: everything here is tested without one."""
