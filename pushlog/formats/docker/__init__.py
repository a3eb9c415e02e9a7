"""`docker push`: its lines, where each push begins and ends, its error and its image store."""
