"""Full-screen text interfaces: blocks, charts and pages."""
