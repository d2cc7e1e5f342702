"""What benchmarks/compare starts."""
import sys

from harness.options import main

if __name__ == "__main__":
    sys.exit(main())
