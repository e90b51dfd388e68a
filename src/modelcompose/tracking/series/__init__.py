"""Series: metrics, texts and histograms over steps and time, at any length."""
