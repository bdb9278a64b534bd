"""What is delivered and what it consists of: the package, the bill of materials, and the licences in it."""
