"""Other systems that send and read in the name of a body: how they sign in, what they may, and that they are answered once."""
