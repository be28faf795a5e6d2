"""From a changed file to appointments that are kept: joins sources, memory and the list of problems for the pull."""
