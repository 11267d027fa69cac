"""What the segments' room raises."""


class SegmentError(ValueError):
    """segments.toml or a request says something that cannot be used; the text says where and what to change."""
