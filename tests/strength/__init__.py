"""How strong the tests are: whether they notice it when the code is broken."""
