int regularDouble(int x) {
  return 2 * x;
}

void main() {
  IO.println(regularDouble(3));
}
