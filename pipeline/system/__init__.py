"""What Chapbook asks of the machine: files, what is kept, and the libraries of the system."""
