"""All compiled code of the path tracker: the kernel, its workspace, and how machine code is kept."""
