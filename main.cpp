// The front door: reads the subcommand and hands over.
int main() { return 0; }
