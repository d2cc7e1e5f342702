/// Greets.
module com.example.greeter {
  requires jasyncio;
}
