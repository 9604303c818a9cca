"""Online inference: questions about a picture are asked in a web process and answered by a predict worker."""
