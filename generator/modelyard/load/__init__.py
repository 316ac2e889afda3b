"""From text to typed values, with the position of every key kept, and every mistake reported."""
