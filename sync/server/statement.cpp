namespace xinghuo {}
