// The floor: a window, one software-drawn picture, and sleeping on events. What any SDL2 program pays.
#include <SDL.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    const int w = argc > 2 ? std::atoi(argv[1]) : 1920, h = argc > 2 ? std::atoi(argv[2]) : 1080;
    // Plain memory shown by the window system: the least there is. (Otherwise SDL may bring up OpenGL for it.)
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) return 1;
    SDL_Window* window = SDL_CreateWindow("bare", 0, 0, w, h, 0);
    if (window == nullptr) return 1;
    SDL_Surface* picture = SDL_GetWindowSurface(window);
    if (picture == nullptr) return 1;
    SDL_FillRect(picture, nullptr, SDL_MapRGB(picture->format, 0xF4, 0xED, 0xE1));
    SDL_UpdateWindowSurface(window);
    std::puts("first frame");
    std::fflush(stdout);
    SDL_Event event;
    while (SDL_WaitEvent(&event) != 0 && event.type != SDL_QUIT) {
    }
    SDL_Quit();
    return 0;
}
